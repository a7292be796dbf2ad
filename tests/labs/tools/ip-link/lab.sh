# ip link: what it prints of veth pairs, bridges and their ports.
ip link
ip netns add a
ip link add v3 address 02:00:00:00:00:03 type veth peer name eth0 address 02:00:00:00:00:04 netns a
ip link add br0 address 02:00:00:00:00:ff type bridge
ip link add v1 address 02:00:00:00:00:01 type veth peer name v2 address 02:00:00:00:00:02
ip link set v1 master br0
ip link
ip link set v1 up
ip link set v2 up
ip link set br0 up mtu 1400
ip link set v3 up
sleep 0.2
ip link show v1
ip link show dev br0
ip link show master br0
ip link show type bridge
ip link show up
ip netns exec a ip link show eth0
ip link set v2 name left
ip link show left
ip link set v2 down
ip link set left down
sleep 0.2
ip link show v1
ip link del v1
sleep 0.2
ip link
ip -o link show br0
ip -br link
