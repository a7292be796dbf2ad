# Why does my DOCKER-USER rule with --dport 8080 never match? (moby/moby#22054)
# Why does my drop of others kill the replies? (canonical/lxd#11140)
#
# The walk that surprises: the neighbour still gets its answer after the first rule. DOCKER-USER is a part of
# FORWARD, and there the packet has its new destination already, port 80. What it was sent to is in conntrack:
# --ctorigdstport. And a rule without a direction also meets what comes back: its original port is the same.
dockerd --version-profile 20.10
ip netns add lan
ip link add eth0 type veth peer name eth0 netns lan
ip link set lo up
ip link set eth0 up
ip addr add 192.168.0.128/24 dev eth0
ip -n lan link set eth0 up
ip -n lan addr add 192.168.0.7/24 dev eth0
docker run -d --name web -p 8080:80 nginx >/dev/null
sleep 0.5
ask() { ip netns exec lan curl -s -m 1 -o /dev/null -w 'status %{http_code}\n' http://192.168.0.128:8080/ || echo "curl: $?"; }
iptables -I DOCKER-USER -p tcp --dport 8080 -j DROP
ask
iptables -nvL DOCKER-USER | grep DROP
iptables -R DOCKER-USER 1 -p tcp --dport 80 -j DROP
ask
iptables -R DOCKER-USER 1 -p tcp -m conntrack --ctorigdstport 8080 --ctdir ORIGINAL -j DROP
ask
# Only the neighbour may call: what is not from it is dropped, and so are the replies to it.
iptables -R DOCKER-USER 1 ! -s 192.168.0.7 -j DROP
ask
iptables -R DOCKER-USER 1 -i eth0 ! -s 192.168.0.7 -j DROP
ask
