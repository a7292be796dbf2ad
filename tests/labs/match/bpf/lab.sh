# Programs of classic BPF: protocol, ports behind a header of any length, arithmetic, scratch memory, loads past the end,
# marks, and what the kernel refuses.
ip link set lo up
ip addr add 10.9.0.1/32 dev lo
rule() { iptables -A OUTPUT -m bpf --bytecode "$1"; echo "status $?"; }
rule "4,48 0 0 9,21 0 1 6,6 0 0 1,6 0 0 0"
rule "4,48 0 0 9,21 0 1 1,6 0 0 65535,6 0 0 0"
rule "7,48 0 0 9,21 0 4 17,177 0 0 0,72 0 0 2,21 0 1 53,6 0 0 1,6 0 0 0"
rule "4,128 0 0 0,37 0 1 90,6 0 0 1,6 0 0 0"
rule "2,32 0 0 400,6 0 0 1"
rule "6,0 0 0 7,2 0 0 3,97 0 0 3,12 0 0 0,84 0 0 1,22 0 0 0"
rule "4,32 0 0 4294963220,21 0 1 5,6 0 0 1,6 0 0 0"
rule "4,48 0 0 4293918728,21 0 1 64,6 0 0 1,6 0 0 0"
rule "3,1 0 0 0,60 0 0 0,6 0 0 1"
rule "2,52 0 0 0,6 0 0 1"
rule "2,21 5 0 1,6 0 0 1"
rule "1,0 0 0 0"
rule "1,255 0 0 0"
rule "2,96 0 0 16,6 0 0 1"
rule "2,100 0 0 32,6 0 0 1"
rule "2,6 0 0 1"
rule "x"
iptables -A OUTPUT -m bpf --bytecode "1,6 0 0 1" --bytecode "1,6 0 0 0"
iptables -A OUTPUT -m bpf
iptables -S OUTPUT
ping -c 1 -q 127.0.0.1 > /dev/null
ping -c 1 -q -s 200 -t 9 127.0.0.1 > /dev/null
ping -c 1 -q -m 5 127.0.0.1 > /dev/null
echo hi | nc -u -w 1 -q 0 127.0.0.1 53
echo hi | nc -u -w 1 -q 0 10.9.0.1 54
nc -z -w 1 127.0.0.1 80
iptables -vS OUTPUT
