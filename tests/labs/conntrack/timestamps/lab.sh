# When a connection began, by the kernel's clock.
ip link set lo up
iptables -A INPUT -m conntrack --ctstate ESTABLISHED
ping -c1 -q -e 70 127.0.0.4 > /dev/null
sysctl -w net.netfilter.nf_conntrack_timestamp=1
ping -c1 -q -e 71 127.0.0.5 > /dev/null
sleep 0.1
conntrack -L -o ktimestamp | sed 's/=[A-Z][a-z][a-z] [A-Z][a-z][a-z] [ 0-9:]*/=DATE/; s/delta-time=[01]/delta-time=N/'
cat /proc/net/nf_conntrack | sort | sed 's/delta-time=[01]/delta-time=N/'
sysctl -w net.netfilter.nf_conntrack_timestamp=2
