# Elements go when their time is over.
ip netns add n; ip -n n link set lo up
n() { ip netns exec n "$@"; }
n ipset create t hash:ip timeout 1 initval 1
n ipset create u hash:net timeout 0 initval 1
n ipset create m bitmap:port range 1-10 timeout 1
n ipset create l list:set timeout 1
n ipset add t 127.0.0.1
n ipset add t 127.0.0.2 timeout 0
n ipset add t 127.0.0.3 timeout 50
n ipset add u 127.0.0.0/8 timeout 1
n ipset add u 127.0.0.2
n ipset add m 5
n ipset add m 6 timeout 0
n ipset add l t
n ipset add l u timeout 20
n iptables -A INPUT -m set --match-set t dst
n iptables -A INPUT -m set --match-set u dst
n iptables -A INPUT -m set --match-set l dst
sleep 0.1
n ipset list
n ping -c1 127.0.0.1 | grep received
sleep 1.2
n ping -c1 127.0.0.1 | grep received
n iptables -L INPUT -n -v
n ipset test t 127.0.0.1
n ipset test t 127.0.0.2
n ipset del t 127.0.0.1
n ipset add t 127.0.0.1
n ipset add t 127.0.0.1
n ipset -exist add t 127.0.0.1 timeout 9
sleep 0.1
n ipset del t 127.0.0.3
n ipset save -s
