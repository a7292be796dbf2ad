# Functions with arguments, as labs with many containers use them.
container() {
  ip netns add $1
  ip link add veth-$1 type veth peer name eth0 netns $1
  ip link set veth-$1 master br0 up
  ip netns exec $1 ip addr add $2/24 dev eth0
  ip netns exec $1 ip link set eth0 up
}
in_ns() { ip netns exec "$@"; }
ip link add br0 type bridge mcast_snooping 0
ip link set br0 up
container c1 10.0.0.1
container c2 10.0.0.2
in_ns c1 ping -c1 -q 10.0.0.2
echo "$#"
