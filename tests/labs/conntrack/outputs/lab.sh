# The forms of output.
ip netns add a
ip link add eth0 type veth peer name eth0 netns a
ip addr add 10.0.0.1/24 dev eth0
ip link set eth0 up
ip netns exec a ip addr add 10.0.0.2/24 dev eth0
ip netns exec a ip link set eth0 up
iptables -A INPUT -m conntrack --ctstate ESTABLISHED
iptables -t mangle -A OUTPUT -j CONNMARK --set-mark 3
sysctl -qw net.netfilter.nf_conntrack_acct=1
ping -c1 -q -e 70 10.0.0.2 > /dev/null
conntrack -L -o xml | sed 's/<id>[0-9]*/<id>N/; s/<timeout>[0-9]*/<timeout>N/'
conntrack -L -o save
conntrack -L -o extended
conntrack -L -o labels
conntrack -L -o timestamp
conntrack -L -o xml,save
conntrack -L -o userspace
echo hello | ip netns exec a nc -l -n -N 80 &
sleep 0.2
sleep 0.4 | nc -n -N -p 40001 10.0.0.2 80
sleep 0.2
conntrack -L -p tcp -o xml | sed 's/<id>[0-9]*/<id>N/; s/<timeout>[0-9]*/<timeout>N/'
conntrack -L -p tcp -o save
conntrack -G -p tcp -s 10.0.0.1 -d 10.0.0.2 --sport 40001 --dport 80 -o xml | sed 's/<id>[0-9]*/<id>N/; s/<timeout>[0-9]*/<timeout>N/'
conntrack -L -p udp -o xml
conntrack -D -p tcp -o save
