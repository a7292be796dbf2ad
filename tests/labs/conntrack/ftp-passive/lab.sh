# Passive FTP to a server that is published by DNAT: the answers to PASV and EPSV are rewritten.
for i in client server; do ip netns add $i; done
ip link add c0 type veth peer name eth0 netns client
ip link add s0 type veth peer name eth0 netns server
ip addr add 203.0.113.100/24 dev c0
ip link set c0 up
ip addr add 10.0.0.1/24 dev s0
ip link set s0 up
ip netns exec client ip addr add 203.0.113.2/24 dev eth0
ip netns exec client ip link set eth0 up
ip netns exec server ip addr add 10.0.0.2/24 dev eth0
ip netns exec server ip link set eth0 up
ip netns exec server ip route add default via 10.0.0.1
sysctl -qw net.ipv4.ip_forward=1
iptables -t nat -A PREROUTING -i c0 -p tcp --dport 21 -j DNAT --to-destination 10.0.0.2:21
iptables -t raw -A PREROUTING -p tcp --dport 21 -j CT --helper ftp
(printf '220 hello\r\n'; sleep 0.4; printf '227 Entering Passive Mode (10,0,0,2,39,16).\r\n'; sleep 0.8; printf '229 Extended (|||10001|)\r\n'; sleep 0.6; printf '226 done\r\n'; sleep 0.4) | ip netns exec server nc -l -n -N 21 > /tmp/ftp-passive.server &
sleep 0.2
(sleep 0.3; printf 'PASV\r\n'; sleep 2.2) | ip netns exec client nc -n -N -p 40000 203.0.113.100 21 > /tmp/ftp-passive.client &
sleep 0.5
conntrack -L expect
echo one | ip netns exec server nc -l -n -N 10000 &
sleep 0.2
ip netns exec client nc -n -N -p 40001 203.0.113.100 10000 < /dev/null
conntrack -L -p tcp --orig-port-dst 10000
sleep 0.6
conntrack -L expect -o extended,id
echo two | ip netns exec server nc -l -n -N 10001 &
sleep 0.2
ip netns exec client nc -n -N -p 40002 203.0.113.100 10001 < /dev/null
conntrack -L -p tcp --orig-port-dst 10001
sleep 1.2
cat /tmp/ftp-passive.server /tmp/ftp-passive.client
rm /tmp/ftp-passive.server /tmp/ftp-passive.client
