# Accounting objects: made, counted in, limited, shown, taken away.
ip link set lo up
r() { echo "+ $*"; "$@"; echo "status $?"; }
r nfacct
r nfacct list
r nfacct add one
r nfacct add one
r nfacct add two
r nfacct add quotab byte 200
r nfacct add quotap packet 3
r nfacct add bad bits 3
r nfacct add
r nfacct add a b
r nfacct add a byte
r nfacct add averyveryverylongnameforanobjectthatistoolong
r nfacct add 0123456789012345678901234567890
r nfacct add 01234567890123456789012345678901
r iptables -A OUTPUT -p icmp -m nfacct --nfacct-name one
r iptables -A OUTPUT -p icmp -m nfacct --nfacct-name quotab
r iptables -A OUTPUT -p icmp -m nfacct --nfacct-name quotap
r iptables -A OUTPUT -m nfacct --nfacct-name absent
r iptables -S OUTPUT
r ping -c1 -q 127.0.0.1 > /dev/null
r nfacct list
r iptables -L OUTPUT -vn
ping -c1 -q 127.0.0.1 >/dev/null; ping -c1 -q 127.0.0.1 > /dev/null; ping -c1 -q 127.0.0.1 > /dev/null
r iptables -L OUTPUT -vn
r nfacct list
r nfacct list xml
r nfacct list reset
r nfacct list
r nfacct list reset xml
r nfacct list bogus
r nfacct get one
r nfacct get one xml
r nfacct get one reset
r nfacct get one bogus
r nfacct get
r nfacct get absent
r nfacct del one
r nfacct del two
r nfacct delete two
r nfacct del two
r nfacct delete
r nfacct flush
r nfacct list
r nfacct flush x
r nfacct help
r nfacct bogus
r nfacct listing
iptables -F
r nfacct del one
r nfacct flush
r nfacct list
listed() { printf '{ pkts = 00000000000000000012, bytes = 00000000000000000345 } = x1;\n{ pkts = 00000000000000000001, bytes = 00000000000000000002 } = x2;\n'; }
listed | nfacct restore; echo "status $?"
r nfacct list
listed | nfacct restore flush; echo "status $?"
listed | nfacct restore; echo "status $?"
r nfacct list
printf '{ pkts = 5, bytes = 6 } = y1;\nbad\n' | nfacct restore; echo "status $?"
printf '{ pkts = 00000000000000000001, bytes = 00000000000000000084, quota = 00000000000000000200, mode = byte, overquota = 0 } = y2;\n' | nfacct restore; echo "status $?"
r nfacct list
r nfacct list xml
r nfacct add a byte abc
r nfacct add b packet 3 4
r nfacct add c byte 3x
r nfacct add d byte 0
r nfacct add e byte -1
r nfacct add f packet 0x10
r nfacct add g p 7
r nfacct add h b 7
r nfacct lis
r nfacct l x r
r nfacct get b xml reset
r nfacct get b reset xml
r nfacct get b reset reset
r nfacct del b c
r nfacct add i quota
