# ip netns and its errors.
ip netns add a
ip netns add a
echo $?
ip netns del b
echo $?
ip netns exec b ip link
echo $?
ip netns exec a
ip netns exec
ip netns add a/b
ip netns frob
ip link add eth0 type veth peer name eth0 netns nowhere
echo $?
ip link set lo netns a
ip -n nowhere link
ip netns exec a false
echo $?
