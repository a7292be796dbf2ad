# Subshells, groups, exit statuses of pipes, and what they leave behind.
x=1
(x=2; echo inner $x)
echo outer $x
{ x=3; echo group $x; }
echo outer $x
(exit 4); echo $?
echo a | (read y; echo "read $y")
set -o pipefail
false | true; echo $?
{ echo out; echo err >&2; } 2>&1 | sort
(sleep 0.1; echo late) &
echo early
wait
ip netns add a
ip netns exec a bash -c 'ip link set lo up; ping -c1 -q 127.0.0.1 | grep -c "1 received"'
ip netns exec a sh -c 'echo "$0 in a"'
