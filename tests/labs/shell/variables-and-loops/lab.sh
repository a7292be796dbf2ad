# Variables and for loops.
name=eth0
net=10.0.5
ip link add $name type bridge
ip addr add $net.1/24 dev $name
ip -br -4 addr show $name
for i in 2 3 4; do
  ip addr add ${net}.$i/24 dev $name
done
ip -4 -o addr show "$name" | wc -l
for ns in red green blue; do ip netns add $ns; done
ip netns | sort
for i in $(ip netns | sort); do echo "name: $i"; done
empty=
echo "[$empty] [$undefined] [${undefined:-default}]"
words="a b c"
for w in $words; do echo $w; done
for w in "$words"; do echo $w; done
count=$(ip netns | wc -l)
echo "there are $count"
echo "sum: $((count + 2 * 3))"
A=1 B=2
echo $A$B
for i in {1..3}; do echo -n "$i "; done; echo
