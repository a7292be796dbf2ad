printf 'link set lo up\nlink add br0 address 02:00:00:00:00:01 type bridge\n\n# comment\naddr add 10.0.0.1/24 dev br0 # more\n' | ip -batch -
ip addr
printf 'link set nope up\naddr add 10.0.0.2/24 dev br0\n' | ip -batch -
ip -4 -br addr
printf 'link set nope up\naddr add 10.0.0.2/24 dev br0\n' | ip -force -batch -
ip -4 -br addr
printf 'addr add 10.0.0.2/24\nfoo bar\n' | ip -b -
printf 'addr add 10.0.0.2/24 dev x brd\nlink show lo\n' | ip -b -
ip -batch /nonexistent
printf 'addr add 10.0.0.9/24 \\\n dev br0\nroute show\n' | ip -batch -
