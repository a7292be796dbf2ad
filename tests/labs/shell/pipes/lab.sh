# Pipes into the usual tools.
ip link set lo up
ip addr add 10.0.0.1/24 dev lo
ip -4 addr show lo | grep inet
ip -4 addr show lo | grep -c inet
ip -4 addr show lo | grep -v inet | wc -l
ip -4 addr show lo | grep -o '10[0-9.]*'
ip -4 addr show lo | grep -q 10.0.0.1 && echo "is there"
ip route show table local | sort -r | head -n 2
ip route show table local | head -1
ip route show table local | tail -n 1
ip route show table local | tail -n +3
ip route show table local | grep -E '^(local|broadcast) 10' | sort
ip route show table local | grep -i LOCAL | grep -n 127
echo "b a c" | wc
printf '3\n10\n2\n' | sort
printf '3\n10\n2\n' | sort -n
printf 'a\na\nb\n' | sort -u
printf 'a\na\nb\n' | uniq -c
ip -4 -o addr show lo | awk '{print $4}'
ip -4 -o addr show lo | cut -d' ' -f2
echo "one two" | sed 's/two/2/'
echo one | cat
ip link show nosuch 2>&1 | grep -c exist
ip link show nosuch 2>/dev/null
false | true; echo $?
