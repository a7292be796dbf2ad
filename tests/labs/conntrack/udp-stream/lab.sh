# A UDP flow that is still answered after two seconds is a stream: ASSURED, with the longer timeout.
ip netns add a
ip link add eth0 type veth peer name eth0 netns a
ip addr add 10.0.0.1/24 dev eth0
ip link set eth0 up
ip netns exec a ip addr add 10.0.0.2/24 dev eth0
ip netns exec a ip link set eth0 up
iptables -A INPUT -m conntrack --ctstate ESTABLISHED
for i in 1 2 3; do
  echo "answer $i" | ip netns exec a nc -u -l -n -W 1 53 > /dev/null &
  sleep 0.2
  echo "question $i" | nc -u -n -p 40000 -w 1 -W 1 10.0.0.2 53
  sleep 0.1
  conntrack -L
  sleep 1.1
done
