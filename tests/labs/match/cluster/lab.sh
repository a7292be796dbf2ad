# -m cluster: the source of the connection decides, by a hash with a seed.
ip link set lo up
for tool in iptables iptables-legacy; do
    for seed in 0 7 0xfeedcafe; do
        for node in 1 2 3; do
            $tool -A INPUT -p icmp --icmp-type 8 -m cluster --cluster-total-nodes 3 --cluster-local-node $node --cluster-hash-seed $seed
        done
        $tool -A INPUT -p icmp --icmp-type 8 -m cluster --cluster-total-nodes 3 ! --cluster-local-node 1 --cluster-hash-seed $seed
    done
    for last in 1 2 3 4 5 6 7; do
        ping -q -c 1 -I 127.0.0.$last 127.0.0.1 > /tmp/out
    done
    $tool -S INPUT -v
    $tool -F
done
ip6tables -A INPUT -p icmpv6 -m cluster --cluster-total-nodes 7 --cluster-local-nodemask 5 --cluster-hash-seed 9
ip6tables -A INPUT -p icmpv6 -m cluster --cluster-total-nodes 7 ! --cluster-local-nodemask 5 --cluster-hash-seed 9
ping -q -c 1 ::1 > /tmp/out
ip6tables -S INPUT -v
