# Quotes, escapes, comments and joined lines.
echo one   two    three
echo "one   two"    'three   four'
echo "a \"quoted\" word" and\ an\ escaped\ space
echo 'single $HOME "stays"'
echo a#b # a comment
echo "#" not a comment
echo one \
  two
echo "two
lines"
echo "" | wc -c
echo -n "no newline"; echo " here"
echo -e "tab\tand\nline"
echo a;echo b
echo $'c\x41d\n'
echo "back\\slash \$5 \`tick\`"
echo *nosuchfile*
