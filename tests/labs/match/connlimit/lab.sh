# -m connlimit: connections of an address, of a network, to an address; closed ones do not count.
ip netns add a
ip link add eth0 type veth peer name eth0 netns a
ip addr add 10.0.0.1/24 dev eth0
ip link set eth0 up
ip netns exec a ip addr add 10.0.0.2/24 dev eth0
ip netns exec a ip addr add 10.0.0.3/24 dev eth0
ip netns exec a ip link set eth0 up
nc -l -k -n 80 > /tmp/in &
sleep 0.2
for tool in iptables iptables-legacy; do
    echo "# $tool"
    $tool -A INPUT -p tcp --syn -m connlimit --connlimit-above 1
    $tool -A INPUT -p tcp --syn -m connlimit --connlimit-upto 2 --connlimit-mask 24
    $tool -A INPUT -p tcp --syn -m connlimit --connlimit-above 2 --connlimit-daddr
    for i in 1 2; do
        sleep 1 | ip netns exec a nc -n -N -s 10.0.0.2 10.0.0.1 80 &
        sleep 0.1
    done
    sleep 0.6 | ip netns exec a nc -n -N -s 10.0.0.3 10.0.0.1 80 &
    sleep 0.1
    $tool -S INPUT -v
    sleep 1.2
    echo x | ip netns exec a nc -n -N -s 10.0.0.2 10.0.0.1 80
    sleep 0.1
    $tool -S INPUT -v
    $tool -A INPUT -p udp -m connlimit --connlimit-above 2
    for port in 5001 5002 5003 5003; do
        echo x | ip netns exec a nc -u -w 1 -p $port 10.0.0.1 53
        sleep 0.02
    done
    $tool -S INPUT -v
    $tool -F
done
kill %1
