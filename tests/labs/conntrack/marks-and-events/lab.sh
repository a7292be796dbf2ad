# Marks of connections: set by a rule, told in events, filtered by, changed by hand.
ip link set lo up
iptables -t mangle -A OUTPUT -d 127.0.0.5 -j CONNMARK --set-mark 5
iptables -t mangle -A OUTPUT -d 127.0.0.6 -j CONNMARK --set-mark 0x16
conntrack -E -e NEW,UPDATES > /tmp/ct-marks &
events=$!
sleep 0.2
ping -c1 -q 127.0.0.5 > /dev/null
sleep 0.1
ping -c1 -q 127.0.0.6 > /dev/null
sleep 0.1
iptables -t mangle -R OUTPUT 1 -d 127.0.0.5 -j CONNMARK --set-mark 9
ping -c1 -q -e 77 127.0.0.5 > /dev/null
sleep 0.1
conntrack -L -m 5
conntrack -L -m 0x10/0x10
conntrack -L -m 9/0xff
conntrack -U -p icmp -s 127.0.0.1 -d 127.0.0.6 -m 33
sleep 0.2
kill $events
wait $events
cat /tmp/ct-marks
rm /tmp/ct-marks
