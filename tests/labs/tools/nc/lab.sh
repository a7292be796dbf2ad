# nc: listening, sending, scanning, and what -v says.
ip netns add a
ip link add eth0 type veth peer name eth0 netns a
ip addr add 10.0.0.1/24 dev eth0
ip link set eth0 up
ip netns exec a ip addr add 10.0.0.2/24 dev eth0
ip netns exec a ip link set eth0 up
ip netns exec a nc -l -k -v -n 80 &
ip netns exec a nc -u -l -n 53 &
sleep 0.2
echo "hello" | nc -N -n -p 40000 10.0.0.2 80
sleep 0.1
echo "hello again" | nc -N -n -s 10.0.0.1 -p 40001 10.0.0.2 80
sleep 0.1
nc -z -n -p 40004 10.0.0.2 80
status=$?
sleep 0.1
echo $status
nc -z -n 10.0.0.2 81
echo $?
ip netns exec a nc -l -k -n 83 &
sleep 0.2
nc -z -v -n -p 40003 10.0.0.2 82-84
echo "by udp" | nc -u -n -p 40002 -w 1 10.0.0.2 53
nc -z -v -n -w 1 10.0.0.3 80
