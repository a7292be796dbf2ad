# route and arp, and their errors.
route add default gw 10.0.0.1
echo $?
route add -net 10.0.0.0/8 dev eth9
echo $?
route del default
echo $?
route add -net 10.0.0.1/8 dev lo
echo $?
route add -net 10.0.0.0/8
arp -d 10.0.0.1
echo $?
arp -s 10.0.0.1
arp -s 10.0.0.1 frob
arp -n 10.0.0.1
echo $?
arp -s 10.0.0.1 02:00:00:00:00:01
echo $?
