# ufw denies the port; why is my published port public? (moby/moby#4737)
#
# The walk that surprises: a neighbour in the LAN reaches port 8080, though INPUT lets nothing but ssh in.
# Docker's DNAT in nat PREROUTING gives the packet the container's address before the first route lookup. It is
# no packet for this host any more: it goes through FORWARD, and INPUT, where ufw's rules are, is never asked.
# What helps is a rule in DOCKER-USER, which FORWARD asks first.
dockerd --version-profile 20.10
ip netns add lan
ip link add eth0 type veth peer name eth0 netns lan
ip link set lo up
ip link set eth0 up
ip addr add 192.168.0.128/24 dev eth0
ip -n lan link set eth0 up
ip -n lan addr add 192.168.0.7/24 dev eth0
iptables -P INPUT DROP
iptables -A INPUT -i lo -j ACCEPT
iptables -A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
iptables -A INPUT -p tcp --dport 22 -j ACCEPT
iptables -A INPUT -p tcp --dport 8080 -j DROP
docker run -d --name web -p 8080:80 nginx >/dev/null
sleep 0.5
ask() { ip netns exec lan curl -s -m 1 -o /dev/null -w 'status %{http_code}\n' http://192.168.0.128:8080/; }
ask
iptables -t nat -S DOCKER
iptables -nvL INPUT | grep dpt:8080
iptables -I DOCKER-USER -i eth0 -p tcp -m conntrack --ctorigdstport 8080 --ctdir ORIGINAL -j DROP
ask || echo "curl: $?"
iptables -S DOCKER-USER
