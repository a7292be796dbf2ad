# Text and words of packets: string and u32 on what ping and nc send.
ip netns add a
ip link add left type veth peer name eth0 netns a
ip netns exec a ip addr add 10.0.1.2/24 dev eth0
ip netns exec a ip link set eth0 up
ip addr add 10.0.1.1/24 dev left
ip link set left up
nc -l -k -u 53 >/dev/null &
nc -l -k 80 >/dev/null &
sleep 0.2

for face in nft legacy; do
    i="iptables-$face -A INPUT"
    $i -m string --algo bm --string "Host: example"
    $i -m string --algo kmp --string "host: EXAMPLE" --icase
    $i -p udp -m string --algo bm --string hello --from 28 --to 33
    $i -p udp -m string --algo bm --string hello --from 29
    $i -p udp -m string --algo kmp ! --string hello
    $i -p icmp -m string --algo bm --hex-string "|ab cd|xy|ab|" --to 100
    $i -p icmp -m u32 --u32 "0 & 0xFFFF = 28:30"
    $i -p icmp -m u32 --u32 "0>>22&0x3C@0>>24=8"
    $i -p tcp -m u32 --u32 "0>>22&0x3C@12>>26&0x3C@0=0x47455420"
    $i -p udp -m u32 --u32 "20&0xFFFF=53&&28=0x68656c6c"
    $i -m u32 ! --u32 "6&0xFF=1,6,17"
    $i -m u32 --u32 "1000=0:0xFFFFFFFF"
done

ip netns exec a ping -q -c 1 -s 1 10.0.1.1 | grep received
ip netns exec a ping -q -c 1 -s 40 -p abcd7879ab 10.0.1.1 | grep received
ip netns exec a ping -q -c 1 -s 1200 10.0.1.1 | grep received
printf 'hello world' | ip netns exec a nc -u -q 0 -w 1 10.0.1.1 53
printf ' hello' | ip netns exec a nc -u -q 0 -w 1 10.0.1.1 53
printf 'GET / HTTP/1.1\r\nHost: example.org\r\n\r\n' | ip netns exec a nc -N -w 1 10.0.1.1 80
sleep 0.1
iptables-legacy -L INPUT -n -v -x | tail -n +3
iptables-nft -L INPUT -n -v -x | tail -n +3
