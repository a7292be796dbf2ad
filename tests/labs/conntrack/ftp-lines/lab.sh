# What the ftp helper takes from lines: EPRT, PORT with somebody else's address, a second PORT instead of the first.
ip netns add a
ip link add eth0 type veth peer name eth0 netns a
ip addr add 10.0.0.1/24 dev eth0
ip link set eth0 up
ip netns exec a ip addr add 10.0.0.2/24 dev eth0
ip netns exec a ip link set eth0 up
iptables -t raw -A OUTPUT -p tcp --dport 21 -j CT --helper ftp
conntrack -E > /dev/null 2>&1 &
listens=$!
sleep 0.1
conntrack -E expect > /tmp/ct-lines &
events=$!
(printf '220 hello\r\n'; sleep 2.4) | ip netns exec a nc -l -n -N 21 > /tmp/ct-lines.server &
sleep 0.2
(sleep 0.2; for line in 'USER x' 'PORT 10,0,0,9,39,16' 'PORT 10,0,0,1,39,17' 'EPRT |1|10.0.0.1|10002|' 'LIST' 'eprt !1!10.0.0.1!10003!' '  PORT 10,0,0,1,39,20' '227 10,0,0,1,39,21'; do printf '%s\r\n' "$line"; sleep 0.2; done) | nc -n -N -p 40000 10.0.0.2 21 > /dev/null &
sleep 2.4
cat /tmp/ct-lines.server
conntrack -L expect
conntrack -L expect -f ipv6
conntrack -L expect -o timestamp | sed 's/^.[0-9. ]*.//'
conntrack -L expect -s 10.0.0.1
conntrack -G expect -p tcp -s 10.0.0.2 -d 10.0.0.1 --sport 0 --dport 10003 --reply-port-src 0 --reply-port-dst 0
conntrack -D expect -p tcp -s 10.0.0.2 -d 10.0.0.1
conntrack -D -p tcp --orig-port-dst 21 > /dev/null
conntrack -L expect
sleep 0.2
kill $events
wait $events
kill $listens
wait $listens
cat /tmp/ct-lines
rm /tmp/ct-lines /tmp/ct-lines.server
