# Redirections.
ip link show nosuch > /dev/null
ip link show nosuch 2> /dev/null
ip link show nosuch > /dev/null 2>&1
ip link show nosuch &> /dev/null
echo out > /tmp/packetwalk-lab.txt
echo more >> /tmp/packetwalk-lab.txt
cat /tmp/packetwalk-lab.txt
wc -l < /tmp/packetwalk-lab.txt
rm /tmp/packetwalk-lab.txt
echo to stderr >&2
echo "both" 2>&1 | wc -l
echo 1 > /proc/sys/net/ipv4/ip_forward
cat /proc/sys/net/ipv4/ip_forward
sysctl net.ipv4.ip_forward
