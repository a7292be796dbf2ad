# --ctorigsrc and the like compare under their mask, whatever the address has outside it.
ip netns add a
ip link add left type veth peer name eth0 netns a
ip netns exec a ip addr add 10.0.1.2/24 dev eth0
ip netns exec a ip link set eth0 up
ip addr add 10.0.1.1/24 dev left
ip link set left up
iptables -A INPUT -m conntrack --ctorigsrc 10.0.1.77/24
iptables -A INPUT -m conntrack ! --ctorigsrc 10.0.1.77/24
iptables -A INPUT -m conntrack --ctorigdst 10.0.9.1/16
iptables -A OUTPUT -m conntrack --ctreplsrc 10.0.1.200/25
iptables -A OUTPUT -m conntrack --ctreplsrc 10.0.1.100/25
iptables -A OUTPUT -m conntrack --ctrepldst 10.9.9.9/8

ip netns exec a ping -c1 10.0.1.1 > /dev/null
iptables-save -c | grep -v '^#'
