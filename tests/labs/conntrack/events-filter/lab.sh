# Only some events, in other forms.
ip link set lo up
iptables -A INPUT -m conntrack --ctstate ESTABLISHED
conntrack -E -e NEW -p icmp > /tmp/ct-new &
new=$!
sleep 0.2
conntrack -E -e DESTROY -d 127.0.0.3 -o extended > /tmp/ct-gone &
gone=$!
sleep 0.2
conntrack -E -o save > /tmp/ct-save &
save=$!
sleep 0.2
ping -c1 -e 77 -q 127.0.0.2 > /dev/null
sleep 0.2
ping -c1 -e 77 -q 127.0.0.3 > /dev/null
sleep 0.2
conntrack -D -d 127.0.0.3 > /dev/null
sleep 0.2
kill -INT $new
wait $new
kill -TERM $gone
wait $gone
kill $save
wait $save
cat /tmp/ct-new /tmp/ct-gone
sed "s/ .USERSPACE.*//" /tmp/ct-save
rm /tmp/ct-new /tmp/ct-gone /tmp/ct-save
