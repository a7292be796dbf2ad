# Two listeners, both ways: what the server says comes back.
ip netns add a
ip link add eth0 type veth peer name eth0 netns a
ip addr add 10.0.0.1/24 dev eth0
ip link set eth0 up
ip netns exec a ip addr add 10.0.0.2/24 dev eth0
ip netns exec a ip link set eth0 up
echo "from the server" | ip netns exec a nc -l -N -n 7 > /dev/null &
sleep 0.2
echo "from the client" | nc -N -n 10.0.0.2 7
echo "from the server" | ip netns exec a nc -l -N -n 8 &
sleep 0.2
echo "from the client" | nc -N -n 10.0.0.2 8 > /dev/null
sleep 0.1
for word in one two; do
  echo "reply $word" | ip netns exec a nc -u -l -n -W 1 9 > /dev/null &
  sleep 0.2
  echo "ask $word" | nc -u -n -W 1 -w 1 10.0.0.2 9
done
