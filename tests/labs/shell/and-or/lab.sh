# ; && || ! and exit statuses.
true && echo yes
false && echo no
false || echo "or else"
true || echo no
false && echo no || echo "the rest"
true; false; echo $?
! true; echo $?
! false && echo negated
ip link show nosuch && echo found || echo "not found"
ip link set lo up && ping -c1 -q 127.0.0.1 > /dev/null && echo reachable
ping -c1 -W1 192.0.2.1 > /dev/null 2>&1 || echo "unreachable: $?"
if true; then echo then; else echo else; fi
if ip link show nosuch 2>/dev/null; then echo there; elif true; then echo elif; fi
false
exit 3
echo "never printed"
