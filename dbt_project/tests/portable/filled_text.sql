{#- Each word wherever it stands; a null shows; numbers with one decimal, halves away from zero. -#}
{{ differing_cases([
    ['words', filled_text("'{a} of {b}, {a}'", {'a': "'x'", 'b': "'y'"}), "'x of y, x'"],
    ['a null', filled_text("'{a}!'", {'a': 'cast(null as string)'}), "'-!'"],
    ['numbers', filled_text("'{n} {q} {p} %'", {
        'n': text_of_count('cast(7 as bigint)'),
        'q': text_of_quantity('cast(2.25 as double)'),
        'p': text_of_percent('cast(0.975 as double)')
    }), "'7 2.3 97.5 %'"]
]) }}
