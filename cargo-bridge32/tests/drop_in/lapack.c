/* Solves equations and finds eigenvalues with LAPACK; the library is the one that the loader finds. */

#include <stdio.h>

void dgesv_(const int *n, const int *nrhs, double *a, const int *lda, int *ipiv, double *b, const int *ldb, int *info);
void dsyev_(const char *jobz, const char *uplo, const int *n, double *a, const int *lda, double *w, double *work,
            const int *lwork, int *info);

#define N 40

static void print(const char *what, const double *values, int count) {
    int i;
    printf("%s", what);
    for (i = 0; i < count; ++i) {
        /* The libraries of both widths round differently. */
        printf(" %.9f", values[i] + 0.0);
    }
    printf("\n");
}

static void solve(void) {
    /* The matrix is stored by columns, in memory with more rows than it has. */
    double a[4 * 3] = {2, 4, 8, -1, 1, 3, 7, -1, 1, 3, 9, -1};
    double b[4 * 2] = {4, 10, 24, -2, 1, 0, 2, -2};
    const int n = 3, nrhs = 2, lda = 4, ldb = 4;
    int ipiv[3], info = 99;
    dgesv_(&n, &nrhs, a, &lda, ipiv, b, &ldb, &info);
    printf("dgesv %d, rows %d %d %d\n", info, ipiv[0], ipiv[1], ipiv[2]);
    print("  x", b, 8);
    print("  lu", a, 12);
}

static void solve_singular(void) {
    double a[4] = {1, 2, 2, 4}, b[2] = {1, 1};
    const int n = 2, nrhs = 1;
    int ipiv[2], info = 99;
    dgesv_(&n, &nrhs, a, &n, ipiv, b, &n, &info);
    printf("singular %d\n", info);
    print("  b", b, 2);
}

static void eigenvalues(const char *jobz) {
    static double a[N * N], w[N], work[34 * N];
    const int n = N, ask = -1;
    int lwork, info = 99, i, j;
    for (j = 0; j < N; ++j) {
        for (i = 0; i < N; ++i) {
            a[j * N + i] = i == j ? 2 : (i - j == 1 || j - i == 1) ? -1 : 0;
        }
    }
    dsyev_(jobz, "L", &n, a, &n, w, work, &ask, &info);
    lwork = (int)work[0];
    printf("dsyev asks for memory: %d, %d\n", lwork > N, info);
    dsyev_(jobz, "L", &n, a, &n, w, work, &lwork, &info);
    printf("dsyev %s %d\n", jobz, info);
    print("  w", w, N);
    if (*jobz == 'V') {
        /* The sign of an eigenvector is arbitrary. */
        for (i = 0; i < N; ++i) {
            a[i] *= a[i];
        }
        print("  squares", a, N);
    }
}

int main(void) {
    solve();
    solve_singular();
    eigenvalues("N");
    eigenvalues("V");
    return 0;
}
