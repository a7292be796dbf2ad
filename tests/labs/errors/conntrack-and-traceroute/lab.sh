# conntrack, traceroute and tcpdump, and their errors.
conntrack 2>&1 | head -n 2
conntrack --frob
echo $?
sleep 0.1
conntrack -L -p frob
traceroute -n
traceroute -n 300.300.300.300
echo $?
traceroute -n -m 0 127.0.0.1
traceroute -n -q 99 127.0.0.1
tcpdump -n -i eth9 -c 1
echo $?
tcpdump -n -i lo frob frob
echo $?
