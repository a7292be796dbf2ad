# Background jobs, sleep, timeout and wait.
sleep 0.3 &
echo "not waiting"
wait
echo "waited"
timeout 0.1 sleep 1
echo $?
timeout 1 true
echo $?
timeout 1 false
echo $?
ip link set lo up
timeout 0.3 nc -l 8080
echo $?
nc -l 8081 &
sleep 0.2
echo "through the loopback" | nc -N 127.0.0.1 8081
wait
echo done
