# ip netns: names, order, ids and what is left when one is deleted.
ip netns
ip netns add red
ip netns add blue
ip netns list
ip link add r0 type veth peer name eth0 netns red
ip netns list
ip netns exec red ip -br link show type veth | wc -l
ip netns exec blue ip -br link
ip -n blue link set lo up
ip -n blue -br addr show lo
ip netns del red
sleep 0.2
ip -br link show type veth
ip netns
