# Installing Docker broke my virtual machines' bridge (docker/for-linux#949)
#
# The walk that surprises: vm1 and vm2 are on one bridge that has nothing to do with Docker, and lose each other
# when the daemon starts. As it turned ip_forward on, it also set FORWARD's policy to DROP; and because of
# br_netfilter FORWARD is asked about bridged packets too. DOCKER-USER comes first: what it accepts passes.
dockerd --version-profile 20.10
for n in 1 2; do ip netns add vm$n; done
ip link set lo up
ip link add br0 type bridge mcast_snooping 0
ip link set br0 up
for n in 1 2; do
  ip link add tap$n type veth peer name eth0 netns vm$n
  ip link set tap$n master br0 up
  ip -n vm$n link set eth0 up
  ip -n vm$n addr add 10.0.0.$n/24 dev eth0
done
try() { ip netns exec vm1 ping -c 1 -W 1 -q 10.0.0.2 | grep packets; }
sysctl net.ipv4.ip_forward
try
docker network ls --format '{{.Name}}' | sort
sysctl net.ipv4.ip_forward
iptables -S FORWARD | head -n 1
try
iptables -I DOCKER-USER -i br0 -o br0 -j ACCEPT
try
