# Answers to a link-local address go out where the packet came in, whichever link that is.
ip netns add host
for n in 0 1; do
  ip netns add c$n
  ip link add eth$n netns host address 02:42:0a:00:0$n:01 type veth peer name eth0 netns c$n address 02:42:0a:00:0$n:02
  ip -n host link set eth$n up
  ip -n c$n link set eth0 up
  ip netns exec c$n ip6tables -A INPUT -p icmpv6 --icmpv6-type port-unreachable
done
sleep 3
ip netns exec host nc -6 -k -l -p 81 &
for n in 0 1; do
  host=fe80::42:aff:fe00:$((n * 100 + 1))%eth0
  echo "by eth$n:"
  ip netns exec c$n ping -q -c 1 -W 1 $host | grep transmitted | cut -d, -f1-3
  for port in 80 81; do
    ip netns exec c$n nc -z -w 1 $host $port
    echo "port $port: $?"
  done
  echo question | ip netns exec c$n nc -u -w 1 $host 82
  ip netns exec c$n ip6tables-save -c | grep icmp
done
kill $!

# So does a reset to ::1, which an answer comes from by NAT for a program that is gone: there is nobody.
ip -n host address add fd00::1/64 dev eth1 nodad
ip -n c1 address add fd00::2/64 dev eth0 nodad
ip -n c1 link set lo up
ip netns exec c1 ip6tables -t nat -A OUTPUT -d ::1 -p tcp -j DNAT --to-destination fd00::1
ip netns exec c1 ip6tables -A OUTPUT -p tcp --tcp-flags RST RST
ip netns exec c1 ip6tables -t raw -A PREROUTING -p tcp -j DROP
ip netns exec host nc -6 -l -p 81 &
ip netns exec c1 nc -z -w 1 -s fd00::2 ::1 81
echo "::1: $?"
ip netns exec c1 ip6tables -t raw -F
sleep 2.5
ip netns exec c1 ip6tables-save -c | grep tcp
kill $!
