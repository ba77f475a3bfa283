/*-------------------------------------------------------------------------
 *
 * master_sql.h
 *	  Start-up of master_sql.c.
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMS_MASTER_SQL_H
#define IMS_MASTER_SQL_H

extern void ims_master_sql_init(void);

#endif /* IMS_MASTER_SQL_H */
