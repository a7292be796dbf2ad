# conntrack -R: commands from a file, all read before the first is done.
load() { printf "$@" > /tmp/packetwalk-load; conntrack -R /tmp/packetwalk-load; echo "status $?"; conntrack -L; }
one='-I -p udp -s 1.1.1.1 -d 2.2.2.2 --dport 2 -t 100'
load -- "# a remark\n$one --sport 1\n\n \t-A -p udp -s \"1.1.1.1\" -d 2.2.2.2 --sport 2 --dport 2 -t 100 -m 7\n"
load -- "$one --sport 3\n-L\n"
load -- "$one --sport 3\n-C\n"
load -- "$one --sport 3\n-D expect\n"
load -- "$one --sport 3\n-I -p tcp -s 1.1.1.1\n"
load -- "$one --sport 3\n$one --sport 3\n$one --sport 4\n"
load -- "-D -p udp --orig-port-src 3\n-D -p udp --orig-port-src 9\n$one --sport 5"
load -- "-F\n$one --sport 6\n"
echo "$one --sport 7" | conntrack -R -; echo "status $?"
conntrack --load-file /tmp/packetwalk-none; echo "status $?"
conntrack -L -o save | sed 's/-t 9[0-9] /-t 90 /' | conntrack -R -; echo "status $?"
conntrack -R; echo "status $?"
conntrack -C
rm /tmp/packetwalk-load
