# Active FTP through a masquerading router: the helper rewrites PORT, expects the data connection, and shifts
# the sequence numbers of what follows.
for i in client server; do ip netns add $i; done
ip link add c0 type veth peer name eth0 netns client
ip link add s0 type veth peer name eth0 netns server
ip addr add 10.0.0.1/24 dev c0
ip link set c0 up
ip addr add 203.0.113.100/24 dev s0
ip link set s0 up
ip netns exec client ip addr add 10.0.0.2/24 dev eth0
ip netns exec client ip link set eth0 up
ip netns exec client ip route add default via 10.0.0.1
ip netns exec server ip addr add 203.0.113.2/24 dev eth0
ip netns exec server ip link set eth0 up
sysctl -qw net.ipv4.ip_forward=1 net.netfilter.nf_conntrack_acct=1
iptables -P FORWARD DROP
iptables -A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT
iptables -A FORWARD -m conntrack --ctstate RELATED -j ACCEPT
iptables -A FORWARD -i c0 -p tcp --dport 21 -j ACCEPT
iptables -t nat -A POSTROUTING -o s0 -j MASQUERADE
iptables -t raw -A PREROUTING -p tcp --dport 21 -j CT --helper ftp
(printf '220 hello\r\n'; sleep 0.9; printf '200 PORT ok\r\n'; sleep 1.5; printf '226 done\r\n'; sleep 0.3) | ip netns exec server nc -l -n -N 21 > /tmp/ftp-active.server &
sleep 0.2
(sleep 0.2; printf 'USER x\r\n'; sleep 0.2; printf 'PORT 10,0,0,2,39,16\r\n'; sleep 0.6; printf 'LIST\r\n'; sleep 1.6; printf 'QUIT\r\n'; sleep 0.2) | ip netns exec client nc -n -N -p 40000 203.0.113.2 21 > /tmp/ftp-active.client &
sleep 0.8
conntrack -L expect
conntrack -C expect
cat /proc/net/nf_conntrack_expect
sleep 0.6 | ip netns exec client nc -l -n -N 10000 > /tmp/ftp-active.data &
sleep 0.2
(echo listing; sleep 0.1) | ip netns exec server nc -n -N -p 20 203.0.113.100 10000
sleep 0.2
conntrack -L expect
conntrack -L -p tcp --orig-port-dst 10000
conntrack -G -p tcp -s 10.0.0.2 -d 203.0.113.2 --sport 40000 --dport 21 | grep -o ' helper=.*'
conntrack -S expect | grep -c 'expect_new=1 expect_create=1 expect_delete=1'
sleep 1.8
cat /tmp/ftp-active.server /tmp/ftp-active.client /tmp/ftp-active.data
rm /tmp/ftp-active.server /tmp/ftp-active.client /tmp/ftp-active.data
iptables -L FORWARD -n -v | grep RELATED
conntrack -L -p tcp --orig-port-dst 21
