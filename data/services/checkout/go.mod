module example.com/checkout

go 1.22

require example.com/marks v0.0.0

replace example.com/marks => ../marks
