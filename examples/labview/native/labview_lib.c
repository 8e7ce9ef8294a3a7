// Takes the place of a library that LabVIEW built: the same export, without LabVIEW's run-time engine.

#include <math.h>
#include <stdint.h>

#ifdef _WIN32
#define EXPORT __declspec(dllexport)
#define CDECL __cdecl
#else
#define EXPORT __attribute__((visibility("default")))
#define CDECL
#endif

// Weighting 0 is for a sample and divides by n - 1; 1 is for a population and divides by n.
EXPORT void CDECL stdev(double X[], int32_t lenX, uint16_t WeightingSample, double *mean, double *variance,
                        double *standardDeviation) {
    double sum = 0, squares = 0;
    for (int32_t i = 0; i < lenX; ++i) {
        sum += X[i];
    }
    *mean = sum / lenX;
    for (int32_t i = 0; i < lenX; ++i) {
        squares += (X[i] - *mean) * (X[i] - *mean);
    }
    *variance = squares / (WeightingSample == 0 ? lenX - 1 : lenX);
    *standardDeviation = sqrt(*variance);
}
