# -m connlimit: where its list comes out empty, packets of an assured connection are dropped; others are noted.
ip netns add a
ip link add eth0 type veth peer name eth0 netns a
ip addr add 10.0.0.1/24 dev eth0
ip link set eth0 up
ip netns exec a ip addr add 10.0.0.2/24 dev eth0
ip netns exec a ip link set eth0 up
for tool in iptables iptables-legacy; do
    echo "# $tool"
    $tool -A INPUT -m conntrack --ctstate NEW
    nc -l -n 80 > /tmp/in &
    sleep 0.2
    (sleep 1; echo x; sleep 1) | ip netns exec a nc -n -N 10.0.0.1 80 &
    sleep 0.4
    $tool -A OUTPUT -m connlimit --connlimit-upto 5 --connlimit-daddr
    ip netns exec a nc -z -n -w 1 10.0.0.1 81
    sleep 0.1
    $tool -S OUTPUT -v
    sleep 0.6
    $tool -S OUTPUT -v
    ip netns exec a ping -q -c 1 -W 0.3 10.0.0.1 | grep received
    $tool -F
    wait
    cat /tmp/in
done
