import { z } from 'zod';

/** MP3 quality: LAME's variable bit rate 0 (best) to 9, or a constant bit rate in kbit/s. */
export const qualitySchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('vbr'), level: z.int().min(0).max(9) }),
  z.strictObject({
    kind: z.literal('cbr'),
    // The bit rates of MPEG-1 Layer III (ISO/IEC 11172-3, table B.2).
    kbps: z.literal([32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320]),
  }),
]);

export const conversionOptionsSchema = z.strictObject({ quality: qualitySchema });

export type Quality = z.infer<typeof qualitySchema>;
export type ConversionOptions = z.infer<typeof conversionOptionsSchema>;

/** LAME `-V2`: about 190 kbit/s, transparent for nearly everybody. */
export const defaultConversionOptions: ConversionOptions = { quality: { kind: 'vbr', level: 2 } };
