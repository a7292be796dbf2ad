# FTP over IPv6, without NAT: EPRT, and the answer to EPSV. Without -f, the expectation table is IPv4's.
ip netns add a
ip link add eth0 type veth peer name eth0 netns a
ip addr add fd00::1/64 dev eth0 nodad
ip link set eth0 up
ip netns exec a ip addr add fd00::2/64 dev eth0 nodad
ip netns exec a ip link set eth0 up
ping -c1 -W3 -q fd00::2 > /dev/null
ip6tables -A INPUT -m conntrack --ctstate RELATED
ip6tables -A OUTPUT -m conntrack --ctstate RELATED
ip6tables -t raw -A OUTPUT -p tcp --dport 21 -j CT --helper ftp
ip6tables -t raw -S OUTPUT
conntrack -E > /dev/null 2>&1 &
listens=$!
sleep 0.1
conntrack -E expect > /tmp/ct-ftp6 &
events=$!
(printf '220 hello\r\n'; sleep 0.7; printf '229 Extended (|||10001|)\r\n'; sleep 0.9; printf '229 Extended (|||10002|)\r\n'; sleep 0.6) | ip netns exec a nc -6 -l -n -N 21 > /dev/null &
sleep 0.2
(sleep 0.2; printf 'EPSV\r\n'; sleep 0.2; printf 'EPRT |2|fd00::9|10009|\r\n'; sleep 0.9; printf 'EPRT |2|fd00::1|10003|\r\n'; sleep 0.8) | nc -6 -n -N -p 40000 fd00::2 21 > /dev/null &
sleep 0.8
conntrack -L expect
conntrack -L expect -f ipv6
conntrack -C expect
cat /proc/net/nf_conntrack_expect
echo data | ip netns exec a nc -6 -l -n -N 10001 > /dev/null &
sleep 0.2
sleep 0.2 | nc -6 -n -N -p 40001 fd00::2 10001
sleep 0.5
ip6tables -L OUTPUT -n -v | grep RELATED
conntrack -L expect -f ipv6 -o xml
conntrack -L -f ipv6 -p tcp
conntrack -D expect -f ipv6 -p tcp -s fd00::1 -d fd00::2 --sport 0 --dport 10002 --reply-port-src 0 --reply-port-dst 0
conntrack -D expect -p tcp -s fd00::1 -d fd00::2 --sport 0 --dport 10002 --reply-port-src 0 --reply-port-dst 0
echo "status $?"
conntrack -D expect -p tcp -s fd00::1 -d fd00::2 --sport 0 --dport 10002 --reply-port-src 0 --reply-port-dst 0
echo "status $?"
conntrack -F expect
sleep 0.2
kill $events
wait $events
kill $listens
wait $listens
cat /tmp/ct-ftp6
rm /tmp/ct-ftp6
