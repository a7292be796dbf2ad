# A port's peer in another namespace is named by its number: by none when that is the port's own, and by the wrong
# name when this namespace has a device of that number.
ip netns add c1
ip link add veth1 type veth peer name eth0 netns c1
ip link add docker0 type bridge
ip link set docker0 up
ip link set veth1 master docker0
ip netns add c2
ip link add veth2 type veth peer name eth0 netns c2
ip link set veth2 master docker0 up
bridge link
bridge -d link show dev veth1
ip -6 link show dev veth1 | head -n 1
