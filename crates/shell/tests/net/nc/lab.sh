# nc: every option, message and status; who exits when.
t() { echo "\$ $*"; timeout 15 "$@"; echo "= $?"; }
ip link set lo up
ip netns add a
ip link add eth0 type veth peer name eth0 netns a
ip addr add 10.0.0.1/24 dev eth0; ip link set eth0 up
ip netns exec a ip addr add 10.0.0.2/24 dev eth0; ip netns exec a ip link set eth0 up; ip netns exec a ip link set lo up
A="ip netns exec a"
t nc
t nc -w
t nc 10.0.0.2
t nc -l
t nc -l 80 90 100
t nc -z 10.0.0.2
t nc -w x 10.0.0.2 80
t nc -w -1 10.0.0.2 80
t nc -w 0 -z 10.0.0.2 80
t nc -p x 10.0.0.2 80
t nc -p 70000 10.0.0.2 80
t nc 10.0.0.2 0
t nc 10.0.0.2 70000
t nc 10.0.0.2 x
t nc -v 10.0.0.2 http </dev/null
t nc -v 10.0.0.2 80-x
t nc -v 10.0.0.2 82 </dev/null
t nc 10.0.0.2 82 </dev/null
t nc -vn 10.0.0.2 82 </dev/null
t nc -vz 10.0.0.2 82-84
t nc -vz 10.0.0.2 84-82
t nc -vzn 10.0.0.2 84 82
t nc -v nosuch 82 </dev/null
t nc -vn nosuch 82 </dev/null
t nc -v 9.9.9.9 82 </dev/null
t nc 9.9.9.9 82 </dev/null
t nc -u 9.9.9.9 82 </dev/null
t nc -vw1 10.0.0.9 82 </dev/null
t nc -v 10.0.0.9 82 </dev/null
t nc -s 1.1.1.1 10.0.0.2 82 </dev/null
t nc -s xx 10.0.0.2 82 </dev/null
t nc -l -s 10.0.0.1 -p 80 -w 1
t nc -lv -p 80 -w 1
t nc -lv 80 -w 1
t nc -lv 10.0.0.1 80 -w 1
t nc -lv 1.1.1.1 80 -w 1
t nc -lvu 80 -w 1
t nc -lvn 80 -w 1
t nc -6lvn 80 -w 1
t nc -lk 80 -z
t nc -lu -z 80
t nc -I 9 10.0.0.2 82 </dev/null
t nc -4 -6 10.0.0.2 82 </dev/null
t nc -q x 10.0.0.2 82
t nc -i x 10.0.0.2 82
t nc -T x 10.0.0.2 82
t nc -X x 10.0.0.2 82
t nc -V x 10.0.0.2 82
t nc -m x 10.0.0.2 82
t nc -M x 10.0.0.2 82
t nc -c 10.0.0.2 82
t nc -e x 10.0.0.2 82
t nc -vz -p 500 10.0.0.2 82
t nc -vz -p 500-510 10.0.0.2 82
echo "--- tcp"
$A timeout 3 nc -l 80 > /tmp/net-nc 2>&1 & sleep .2
echo hello | t nc -N 10.0.0.2 80; wait; cat /tmp/net-nc
echo "--- tcp no N, q"
$A timeout 3 nc -lv 80 > /tmp/net-nc 2>&1 & sleep .2
echo hello | t nc -v -q 1 10.0.0.2 80; wait; cat /tmp/net-nc
echo "--- plain: client stays"
(echo reply; sleep 1) | $A timeout 3 nc -lv 80 > /tmp/net-nc 2>&1 & sleep .2
echo hello | t nc -v 10.0.0.2 80; wait; cat /tmp/net-nc
echo "--- udp z"
t nc -vzu 10.0.0.2 53
$A timeout 6 nc -luv 53 </dev/null > /tmp/net-nc 2>&1 & sleep .2
t nc -vzu 10.0.0.2 53; wait; cat /tmp/net-nc
echo "--- udp zn"
$A timeout 6 nc -luv 53 </dev/null > /tmp/net-nc 2>&1 & sleep .2
t nc -vzun 10.0.0.2 52-53; wait; cat /tmp/net-nc
echo "--- udp data"
(echo fromserver; sleep 3)| $A timeout 4 nc -luv 53  > /tmp/net-nc 2>&1 & sleep .2
echo hi | t nc -u -w1 10.0.0.2 53; wait; cat /tmp/net-nc
echo "--- udp -v data"
(echo fromserver; sleep 3)| $A timeout 4 nc -luv 53  > /tmp/net-nc 2>&1 & sleep .2
echo hi | t nc -uv -w1 10.0.0.2 53; wait; cat /tmp/net-nc
echo "--- udp closed data"
echo hi | t nc -u -w1 10.0.0.2 53
(echo hi; sleep .5; echo ho; sleep .5) | t nc -u -w1 10.0.0.2 53
(echo hi; sleep .5; echo ho; sleep .5) | t nc -u 10.0.0.2 53
(echo hi; sleep .5; echo ho; sleep .5) | t nc -uv 10.0.0.2 53
echo "--- k"
$A timeout 3 nc -lkv 80 </dev/null > /tmp/net-nc 2>&1 & sleep .2
for i in 1 2; do echo c$i | t nc -N 10.0.0.2 80; done; wait; cat /tmp/net-nc
echo "--- uk"
$A timeout 3 nc -lkuv 80 </dev/null > /tmp/net-nc 2>&1 & sleep .2
for i in 1 2; do echo c$i | t nc -u -w1 10.0.0.2 80; done; wait; cat /tmp/net-nc
echo "--- name"
t nc -vz localhost 80
timeout 5 nc -lv 80 </dev/null >/tmp/net-nc 2>&1 & sleep .1
t nc -vz localhost 80; wait; cat /tmp/net-nc
t nc -6vz ::1 80
timeout 5 nc -6lv 80 </dev/null >/tmp/net-nc 2>&1 & sleep .1
t nc -vz ::1 80; wait; cat /tmp/net-nc
timeout 5 nc -6lv 80 </dev/null >/tmp/net-nc 2>&1 & sleep .1
t nc -vz 127.0.0.1 80; wait; cat /tmp/net-nc
iptables -A OUTPUT -p udp -j DROP
echo hi | t nc -u -w1 10.0.0.2 53
echo hi | t nc -uv -w1 10.0.0.2 53
t nc -uzv -w1 10.0.0.2 53
iptables -F; iptables -A OUTPUT -p udp -j REJECT
echo hi | t nc -u -w1 10.0.0.2 53
echo hi | t nc -uv -w1 10.0.0.2 53
iptables -F; iptables -A OUTPUT -p tcp -j REJECT
echo hi | t nc -v -w1 10.0.0.2 53
iptables -F; iptables -A OUTPUT -p tcp -j REJECT --reject-with tcp-reset
echo hi | t nc -v -w1 10.0.0.2 53
