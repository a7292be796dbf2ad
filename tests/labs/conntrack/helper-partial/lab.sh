# A PORT that the helper cannot read is dropped, and retransmitted in vain; what only begins like one passes.
ip link set lo up
iptables -t raw -A OUTPUT -p tcp --dport 21 -j CT --helper ftp
iptables -A INPUT -p tcp --dport 21
(printf '220 hello\r\n'; sleep 1) | nc -l -n -N 21 &
sleep 0.2
(sleep 0.2; printf 'USER x\r\n'; sleep 0.2; printf 'PORTAL\r\n') | timeout 1 nc -n -p 40000 127.0.0.1 21
sleep 0.3
conntrack -L expect
