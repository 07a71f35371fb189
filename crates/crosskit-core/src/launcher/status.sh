# What a machine prints, on the way from its serial port: the line with the program's status is taken away, and is what this
# ends with. The argument is 1 where everything belongs to the program, and 0 where that begins with a line of its own.
serial_status() {
    awk -v "began=$1" '
        { sub(/\r$/, "") }
        (at = index($0, "crosskit-status 0x")) > 0 {
            # What the program printed last need not end a line.
            if (began && at > 1) { printf "%s", substr($0, 1, at - 1); fflush() }
            status = tolower(substr($0, at + length("crosskit-status 0x")))
            sub(/[^0-9a-f].*/, "", status)
            ended = 1
            exit
        }
        began { print; fflush() }
        /^crosskit-begins$/ { began = 1 }
        END {
            if (!ended) { print "error: the machine ended without a status of the program" > "/dev/stderr"; exit 125 }
            # Codes of errors of UEFI have the highest bit, and the low byte says which.
            low = substr("0" status, length(status))
            code = (index("0123456789abcdef", substr(low, 1, 1)) - 1) * 16 + index("0123456789abcdef", substr(low, 2, 1)) - 1
            if (code == 0 && status !~ /^0+$/) code = 1
            exit code
        }'
}

