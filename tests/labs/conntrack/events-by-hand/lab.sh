# What -E tells of entries made by hand, of their flush and of one that expires.
iptables -A INPUT -m conntrack --ctstate ESTABLISHED
conntrack -E -o id,extended > /tmp/ct-hand &
events=$!
sleep 0.2
conntrack -I -p udp -s 1.2.3.4 -d 5.6.7.8 --sport 1 --dport 2 -t 50
sleep 0.1
conntrack -I -p tcp -s 1.2.3.4 -d 5.6.7.8 --sport 1 --dport 4 --state ESTABLISHED -t 50 -u SEEN_REPLY,ASSURED -m 5
sleep 0.1
conntrack -U -p udp -s 1.2.3.4 -d 5.6.7.8 --sport 1 --dport 2 -m 9 -t 100
sleep 0.1
conntrack -U -p tcp -s 1.2.3.4 -d 5.6.7.8 --sport 1 --dport 4 --state CLOSE
sleep 0.1
conntrack -D -p tcp
sleep 0.1
conntrack -F
sleep 0.2
kill $events
wait $events
cat /tmp/ct-hand
rm /tmp/ct-hand
conntrack -E -b 100000 -o xml &
events=$!
sleep 0.2
kill -INT $events
wait $events
