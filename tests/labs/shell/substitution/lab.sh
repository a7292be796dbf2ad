# Command substitution, parameter expansion and arithmetic.
name=veth-c1
echo ${name#veth-} ${name%-c1} ${#name} ${name/veth/tap} ${name:5}
unset nothing
echo "${nothing:-default}" "${name:+set}"
address=172.17.0.2/16
echo ${address%/*} ${address##*/}
last=$(ip -4 -o addr show lo | tail -n 1)
echo "[$last]"
count=`ip -o link | wc -l`
echo $count links
echo $((2 ** 10)) $((7 / 2)) $((7 % 3)) $((0x10 + 1))
list="c1 c2"
for c in $list c3; do echo -n "$c "; done; echo
set -- a b c
echo $# $1 "$@"
shift
echo $# $*
array=(one two three)
echo ${array[1]} ${#array[@]} "${array[@]}"
printf '%s %d %x\n' text 42 255
