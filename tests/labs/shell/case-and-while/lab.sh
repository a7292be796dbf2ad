# case, while, until, break, continue, test.
for ns in red green blue; do
  case $ns in
    r*) echo "$ns starts with r" ;;
    green|yellow) echo "$ns is one of two" ;;
    *) echo "$ns is another" ;;
  esac
done
i=0
while [ $i -lt 5 ]; do
  i=$((i + 1))
  [ $i -eq 2 ] && continue
  [ $i -gt 3 ] && break
  echo $i
done
until [ "$i" = 0 ]; do i=$((i - 1)); done
echo "i is $i"
ip -4 -o addr show lo | while read -r number name rest; do echo "$number $name"; done
if [[ $i == 0 && -n "x" ]]; then echo both; fi
test -d /proc && echo "there is a /proc"
[ -f /no/such/file ] || echo "no such file"
(( i == 0 )) && echo zero
