! Arithmetic, statistics, text and matrices. With bind(c), each function is exported with its plain name. Arguments without
! the attribute value are passed by reference.
module fortran_lib
    use, intrinsic :: iso_c_binding, only: c_int8_t, c_int16_t, c_int32_t, c_int64_t, c_float, c_double, c_char
    implicit none

contains

    function sum_8bit(a, b) result(total) bind(c)
        integer(c_int8_t), intent(in) :: a, b
        integer(c_int8_t) :: total
        total = a + b
    end function

    function sum_16bit(a, b) result(total) bind(c)
        integer(c_int16_t), intent(in) :: a, b
        integer(c_int16_t) :: total
        total = a + b
    end function

    function sum_32bit(a, b) result(total) bind(c)
        integer(c_int32_t), intent(in) :: a, b
        integer(c_int32_t) :: total
        total = a + b
    end function

    function sum_64bit(a, b) result(total) bind(c)
        integer(c_int64_t), intent(in) :: a, b
        integer(c_int64_t) :: total
        total = a + b
    end function

    function multiply_float32(a, b) result(product) bind(c)
        real(c_float), intent(in) :: a, b
        real(c_float) :: product
        product = a * b
    end function

    function multiply_float64(a, b) result(product) bind(c)
        real(c_double), intent(in) :: a, b
        real(c_double) :: product
        product = a * b
    end function

    function is_positive(a) result(answer) bind(c)
        real(c_double), intent(in) :: a
        logical(4) :: answer
        answer = a > 0
    end function

    function add_or_subtract(a, b, do_addition) result(answer) bind(c)
        integer(c_int32_t), intent(in) :: a, b
        logical(4), intent(in) :: do_addition
        integer(c_int32_t) :: answer
        answer = merge(a + b, a - b, do_addition)
    end function

    function factorial(n) result(answer) bind(c)
        integer(c_int8_t), intent(in) :: n
        real(c_double) :: answer
        integer :: i
        if (n < 0) then
            print '(a, i0)', 'there is no factorial of ', n
            answer = 0
            return
        end if
        answer = 1
        do i = 2, n
            answer = answer * i
        end do
    end function

    ! The standard deviation of a sample: the sum of squares is divided by n - 1.
    function standard_deviation(a, n) result(deviation) bind(c)
        integer(c_int32_t), intent(in) :: n
        real(c_double), intent(in) :: a(n)
        real(c_double) :: deviation
        deviation = sqrt(sum((a - sum(a) / n)**2) / (n - 1))
    end function

    function besselj0(x) result(y) bind(c)
        real(c_double), intent(in) :: x
        real(c_double) :: y
        y = bessel_j0(x)
    end function

    subroutine reverse_string(original, n, reversed) bind(c)
        integer(c_int32_t), intent(in) :: n
        character(kind=c_char), intent(in) :: original(n)
        character(kind=c_char), intent(out) :: reversed(n)
        reversed = original(n:1:-1)
    end subroutine

    subroutine add_1d_arrays(out, in1, in2, n) bind(c)
        integer(c_int32_t), intent(in) :: n
        real(c_double), intent(out) :: out(n)
        real(c_double), intent(in) :: in1(n), in2(n)
        out = in1 + in2
    end subroutine

    subroutine matrix_multiply(out, a1, r1, c1, a2, r2, c2) bind(c)
        integer(c_int32_t), intent(in) :: r1, c1, r2, c2
        real(c_double), intent(out) :: out(r1, c2)
        real(c_double), intent(in) :: a1(r1, c1), a2(r2, c2)
        out = matmul(a1, a2)
    end subroutine

end module
