# Counters of connections: only of those that begin while they are on; zeroed while listing.
ip link set lo up
iptables -A INPUT -m conntrack --ctstate ESTABLISHED
ping -c1 -q -e 70 127.0.0.4 > /dev/null
sysctl -w net.netfilter.nf_conntrack_acct=1
ping -c2 -i 0.2 -q -e 71 127.0.0.5 > /dev/null
sysctl -qw net.netfilter.nf_conntrack_acct=0
ping -c1 -q -e 71 127.0.0.5 > /dev/null
ping -c1 -q -e 72 127.0.0.6 > /dev/null
sleep 0.1
conntrack -L
conntrack -L -z
conntrack -L
conntrack -L -z -p icmp
cat /proc/net/nf_conntrack | sort
conntrack -E -e DESTROY > /tmp/ct-acct &
events=$!
sleep 0.2
sysctl -qw net.netfilter.nf_conntrack_acct=1
ping -c1 -q -e 73 127.0.0.7 > /dev/null
conntrack -D -d 127.0.0.7 > /dev/null
sleep 0.2
kill $events
wait $events
cat /tmp/ct-acct
rm /tmp/ct-acct
