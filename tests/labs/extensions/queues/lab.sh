# Targets that hand packets to programs, of which none listens, and some that go on.
ip netns add a
ip link add v netns a type veth peer name r
ip -n a addr add 10.0.1.2/24 dev v; ip -n a link set v up
ip addr add 10.0.1.1/24 dev r; ip link set r up; ip link set lo up
try() { ip netns exec a ping -c1 -W0.2 10.0.1.1 2>&1 | grep -E "packets|sendmsg"; }
own() { echo x | nc -u -w0 10.0.1.2 53; echo "status $?"; ping -c1 -W0.2 10.0.1.2 2>&1 | grep -E "packets|not permitted"; }
for rule in "NFQUEUE" "NFQUEUE --queue-num 7" "NFQUEUE --queue-balance 1:4 --queue-cpu-fanout" \
    "NFQUEUE --queue-bypass" "NFQUEUE --queue-balance 1:4 --queue-bypass" "NFLOG --nflog-group 3" "AUDIT --type drop" \
    "CLASSIFY --set-class 1:2" "IDLETIMER --timeout 10 --label packetwalk-q" "CONNSECMARK --save" "TRACE"; do
    case $rule in
    CLASSIFY*) t=filter c=OUTPUT ;;
    CONNSECMARK*) t=mangle c=INPUT ;;
    TRACE*) t=raw c=PREROUTING ;;
    *) t=filter c=INPUT ;;
    esac
    echo "-j $rule"
    iptables -t $t -A $c -p icmp -j $rule
    iptables -t $t -A $c -p icmp -m comment --comment next
    try
    iptables-save -c -t $t | grep -e "-A $c"
    iptables -t $t -F $c
done
echo "nothing after bypass, and mangle before it"
iptables -A INPUT -p icmp -j NFQUEUE --queue-bypass
iptables -A INPUT -p icmp -j DROP
iptables -t security -A INPUT -p icmp -j ACCEPT
try
iptables-save -c | grep -e "-A INPUT"
iptables -F INPUT
echo "the sender is told of a drop, not of a queue"
iptables -A OUTPUT -d 10.0.1.2 -j NFQUEUE
own
iptables -R OUTPUT 1 -d 10.0.1.2 -j DROP
own
iptables -F OUTPUT
echo "the legacy face's own queue"
iptables-legacy -A INPUT -p icmp -j QUEUE
try
iptables-legacy-save -c | grep -e "-A INPUT"
iptables-legacy -F
try
